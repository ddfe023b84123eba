/** One GPU as nvidia-smi reports it. `undefined` stands for every form of "[N/A]". */
export interface Gpu {
  readonly index: number
  readonly name: string
  readonly uuid: string
  readonly driverVersion?: string | undefined
  readonly utilizationPercent?: number | undefined
  readonly memoryUsedMiB?: number | undefined
  readonly memoryTotalMiB?: number | undefined
  readonly temperatureC?: number | undefined
  readonly powerDrawW?: number | undefined
  readonly powerLimitW?: number | undefined
  readonly eccUncorrected?: number | undefined
}
