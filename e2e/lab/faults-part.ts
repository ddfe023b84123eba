/** `FAULTS_PART=K/N`: what this lab takes of all faults, where N labs share them. All of them without it. */
const [number = 1, of = 1] = (process.env.FAULTS_PART ?? '1/1').split('/').map(Number)

/** Whether the one at this place of a list, from 0, is among them. */
export const isMine = (index: number): boolean => index % of === number - 1
