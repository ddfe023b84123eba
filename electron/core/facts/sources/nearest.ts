/** What a file, or a variable of logins and jobs, says of how a tool takes its packages. */
export interface ToolSettings {
  readonly file: string
  /** Is the certificate of a host checked? */
  readonly verify?: { readonly on: boolean; readonly line: number } | undefined
}

const isVariable = (file: string): boolean => /^\/etc\/(?:environment$|profile\.d\/|systemd\/)/.test(file)
const isOfAccount = (file: string): boolean => /^\/(?:root|home)\//.test(file)

/** What an account goes by, nearest first: variables, of which the last counts, then its own file, then those of all. */
export const nearestOf = <S extends ToolSettings>(account: string | undefined, all: readonly S[]): readonly S[] => [
  ...all.filter(({ file }) => isVariable(file)).toReversed(),
  ...all.filter(({ file }) => file === account),
  ...all.filter(({ file }) => !isVariable(file) && !isOfAccount(file)),
]

/** The same for everybody whom a file concerns: its account, or, of a file of all, whoever has none of his own and each who has. */
function readersOf<S extends ToolSettings>({ file }: S, all: readonly S[]): readonly (readonly S[])[] {
  const accounts = isOfAccount(file) ? [file] : [undefined, ...new Set(all.map((one) => one.file).filter(isOfAccount))]
  return accounts.map((account) => nearestOf(account, all))
}

const verifyOf = (nearest: readonly ToolSettings[]) => nearest.find(({ verify }) => verify !== undefined)?.verify

/** The line by which somebody takes what this file names without a look at its certificate. */
export const uncheckedBy = <S extends ToolSettings>(one: S, all: readonly S[]): number | undefined =>
  readersOf(one, all)
    .map(verifyOf)
    .find((verify) => verify?.on === false)?.line

/** Does it turn the check off for somebody for whom no file names another source than the tool's own? */
export const unchecksDefault = <S extends ToolSettings>(one: S, all: readonly S[], replacesDefault: (it: S) => boolean): boolean =>
  one.verify?.on === false && readersOf(one, all).some((nearest) => verifyOf(nearest) === one.verify && !nearest.some(replacesDefault))
