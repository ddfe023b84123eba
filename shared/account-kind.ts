/** What a name stands for: see `accountAccessSchema`. Two of one name are two: who logs in at the proxy need not be who has the account. */
export const accountKinds = ['account', 'web', 'idp', 'key'] as const
export type AccountKind = (typeof accountKinds)[number]

const kindWords: Readonly<Record<AccountKind, string>> = {
  account: '',
  web: ' (proxy)',
  idp: ' (identity provider)',
  key: ' (engine)',
}

/** A name with what it stands for, where that is no account of the host. Not known in decisions of an older Gatehouse. */
export const namedAs = (name: string, kind: AccountKind | null): string => `${name}${kind === null ? '' : kindWords[kind]}`
