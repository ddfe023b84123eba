/** What the machine is, and what the audit account may do on it. */
export interface System {
  /** `PRETTY_NAME` of os-release(5). */
  readonly os: string
  readonly osId: string
  readonly osVersion: string
  readonly kernel: string
  readonly hostname: string
  /** Seconds since the epoch on the host when the probe ran. */
  readonly epochSeconds: number
  /** Account the probe ran as. */
  readonly account: string
  readonly uid: number
  readonly hasSystemd: boolean
}
