/** Which modifier the keys are printed and read with. */
export const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)

export const thisComputer = isMac ? 'This Mac' : 'This computer'
