import { expect } from 'chai';
import { sqlitePlan } from '../database/plan-sqlite.js';
import { faultsOf } from '../database/plan.js';

const planned = (detail: string) => faultsOf(sqlitePlan('select 1', [{ id: 2, parent: 0, detail }], new Set()));

describe('a plan of SQLite', () => {
  it('reads a part of an index that it searches', () => {
    expect(planned('SEARCH logs USING COVERING INDEX logs_user_id_id_index (user_id=? AND id>?)')).to.deep.equal([]);
  });

  it('reads an index as a whole that it leaps through, from value to value', () => {
    const leaps = 'SEARCH logs USING COVERING INDEX logs_user_id_id_index (ANY(user_id) AND id>?)';
    expect(planned(leaps).join()).to.contain('reads a whole index');
  });
});
