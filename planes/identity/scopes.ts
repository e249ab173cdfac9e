// What programs may ask for, and how it is said to the owner of the mailbox.
export const scopeWords = {
  openid: 'Know that it is you, when you sign in',
  email: 'See your mail address',
  profile: 'See your name',
  mail: 'Read, move, delete and send your mail, as your mail program does',
  offline_access: 'Keep this access while you are away, until it is taken back',
} as const;

export const scopes = Object.keys(scopeWords) as (keyof typeof scopeWords)[];

/** In the order in which people read them. */
export const inWords = (asked: readonly string[]): string[] =>
  scopes.filter((scope) => asked.includes(scope)).map((scope) => scopeWords[scope]);
