/** How many files a step of the walkthrough takes. */
export const MAX_STEP_FILES = 20
