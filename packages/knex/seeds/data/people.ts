export interface Person {
  readonly email: string;
  readonly username: string;
  /** What makes an admin of somebody; `grantedBy` is another's username, who must come before. */
  readonly admin?: { readonly level: number; readonly grantedBy: string | null };
}

const longest = (text: string, length: number) => text.repeat(length).slice(0, length);

/** Nobody here exists: example.org is kept free by RFC 2606. The first have the most images, the last has none. */
export const people: readonly Person[] = [
  { email: 'amara@example.org', username: 'amara', admin: { level: 100, grantedBy: null } },
  { email: 'bjorn@example.org', username: 'bjørn', admin: { level: 50, grantedBy: 'amara' } },
  { email: 'chiyo@example.org', username: '千代', admin: { level: 20, grantedBy: 'bjørn' } },
  { email: 'dario+photos@example.org', username: "dario o'photo" },
  { email: 'esperanza@example.org', username: 'esperanza_ñ', admin: { level: 20, grantedBy: 'amara' } },
  { email: 'farid@example.org', username: 'فريد' },
  { email: 'gita@example.org', username: 'गीता', admin: { level: 1, grantedBy: 'esperanza_ñ' } },
  { email: 'happy-camera@example.org', username: '📷 happy camera 👩‍👩‍👧' },
  { email: 'ζωή@example.org', username: 'ζωή' },
  { email: 'leilani@example.org', username: 'ལེ་ལཱ་ནི', admin: { level: 10, grantedBy: '千代' } },
  { email: `${longest('a-very-long-name.', 242)}@example.org`, username: longest('sixty-four characters ', 63) + '!' },
  { email: 'nobody-yet@example.org', username: 'nobody yet' },
];
