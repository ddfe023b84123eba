import { writeFileSync } from 'node:fs'
import { framesOfSpinner, spinnerPng } from './spinner-picture.ts'

/** Draws the pictures of the spinner that the window shows, moving and still. */
const styles = new URL('../../renderer/styles/', import.meta.url)
writeFileSync(new URL('spinner.png', styles), spinnerPng(framesOfSpinner))
writeFileSync(new URL('spinner-still.png', styles), spinnerPng(1))
