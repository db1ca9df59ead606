import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { diagramOf, withDiagram } from '../../scripts/schema/diagram.js';
import type { Column, Table } from '@janus/knex/tables';

const root = join(import.meta.dirname, '../..');

const column = (name: string, type: string, nullable = false): Column => ({
  name,
  type,
  nullable,
  collation: null,
  fallback: null,
});
const key = (kind: 'primary' | 'unique' | 'index', ...columns: string[]) => ({ kind, name: null, columns });
const reference = (from: string, table: string, onDelete: string) => ({
  name: null,
  columns: [from],
  table,
  targets: ['id'],
  onDelete,
  onUpdate: 'no action',
});

const people: Table = {
  name: 'people',
  columns: [column('id', 'TEXT'), column('email', 'varchar(254)')],
  keys: [key('primary', 'id'), key('unique', 'email')],
  references: [],
  triggers: [],
};
const pets: Table = {
  name: 'pets',
  columns: [column('id', 'TEXT'), column('owner_id', 'TEXT'), column('vet_id', 'TEXT', true)],
  keys: [key('primary', 'id'), key('unique', 'id', 'owner_id'), key('index', 'owner_id')],
  references: [reference('owner_id', 'people', 'cascade'), reference('vet_id', 'people', 'set null')],
  triggers: [],
};
const mayors: Table = {
  name: 'mayors',
  columns: [column('person_id', 'TEXT')],
  keys: [key('primary', 'person_id')],
  references: [reference('person_id', 'people', 'restrict')],
  triggers: [],
};

describe('The diagram of the schema', () => {
  it('is true in the README', () => {
    const script = join(root, 'scripts/schema-diagram.ts');
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status, stderr).to.equal(0);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).to.include(
      'users ||--o{ images : "owner_id: on delete restrict"',
    );
  });

  it('shows columns with their types and keys, and which may be absent', () => {
    const diagram = diagramOf([people, pets]);
    expect(diagram).to.include('  people {\n    text id PK\n    varchar(254) email UK\n  }\n');
    expect(diagram).to.include('  pets {\n    text id PK\n    text owner_id FK\n    text vet_id FK "or null"\n  }\n');
  });

  it('shows of a reference how many there may be, and what becomes of them', () => {
    const diagram = diagramOf([mayors, people, pets]);
    expect(diagram).to.include('  people ||--o{ pets : "owner_id: on delete cascade"\n');
    expect(diagram).to.include('  people |o--o{ pets : "vet_id: on delete set null"\n');
    expect(diagram).to.include('  people ||--o| mayors : "person_id: on delete restrict"\n');
  });

  it('takes the place of the one before it, and leaves the rest of the text as it is', () => {
    const text = 'Before.\n\n<!-- schema -->\nold\n<!-- /schema -->\n\nAfter.\n';
    const expected = 'Before.\n\n<!-- schema -->\n\n```mermaid\nerDiagram\n```\n\n<!-- /schema -->\n\nAfter.\n';
    expect(withDiagram(text, 'erDiagram\n')).to.equal(expected);
    expect(withDiagram(expected, 'erDiagram\n')).to.equal(expected);
  });

  it('has no place in a text without its marks', () => {
    expect(() => withDiagram('No marks.', 'erDiagram\n')).to.throw('<!-- schema -->');
  });
});
