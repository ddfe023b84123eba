/** What a kind of file is checked with before, and what makes it hold. */
export interface HostKind {
  /** Copied into memory, changed there, and laid over itself for `check`. */
  readonly tree?: string
  /** Where `check` makes files that a configuration names: it is given an empty copy. */
  readonly hides?: string
  /** Its words, run on the staged tree; ends with 0 when the daemon would take it. */
  readonly check?: string
  /** The undo has everything read again that is there now, so `check` has to pass on that, too, where some of it goes. */
  readonly undoReadsAll?: true
  /** The paths of its files that come, or stay, are the last words of `check`. */
  readonly isToldFiles?: true
  /** Programs that it needs beside those of every host. Where `check` begins with one, that is named anyway. */
  readonly tools?: readonly string[]
  /** Units by which what the kind makes hold would not hold after the next start of the host, wherever they come with it. The audit asks about them, too. */
  readonly rivalUnits?: readonly string[]
  /** Of those on which more has to be looked at: calls `gh_rival` with each. Needs no right. */
  readonly rivals?: string
  /** Whole commands instead, where the tool can be pointed at a copy, or what the undo needs to know is to be written down. */
  readonly validate?: string
  /** Calls `gh_fail` when it does not hold. */
  readonly activate?: string
  /** Of the old state, by the undo. Must not wait for a job of systemd: at the start of the host it is part of one. */
  readonly reactivate?: string
}
