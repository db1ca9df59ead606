export const DIALECT_NAMES = ['sqlite', 'postgres', 'mysql', 'mariadb'] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

export const isDialectName = (name: string): name is DialectName => DIALECT_NAMES.some((known) => known === name);
