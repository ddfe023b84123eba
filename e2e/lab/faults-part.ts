/** `FAULTS_PART=K/N`: what this lab takes of all faults, where N labs share them. All of them without it. */
const [number = 1, of = 1] = (process.env.FAULTS_PART ?? '1/1').split('/').map(Number)

/** Whether the one at this place of a list, from 0, is among them. */
export const isMine = (index: number): boolean => index % of === number - 1

/**
 * Whether a cell of the matrix is in the third of it that runs with every change, by the places of its step, fault and host: always the same one, and an
 * even one. Each fault strikes at four steps, twice on either host, and each step meets eight faults.
 */
export const isInThird = (step: number, fault: number, host: number): boolean => (step + fault + host) % 3 === 0

/** `FAULTS_THIRD=1`: only that third. */
export const onlyThird = process.env.FAULTS_THIRD === '1'
