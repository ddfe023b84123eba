import type { PushedFile } from '../../../facts/pushed-files/pushed-files.ts'
import { defineControl, type Verdict } from '../../control.ts'

const MAX_LINES = 8

export default defineControl({
  id: 'pushed-files-unchanged',
  item: 'MON-4',
  severity: 'high',
  title: 'Files that Gatehouse pushed are as they were pushed',
  rationale:
    'Whoever gets onto a host first turns back what was hardened, and a colleague who mends something by hand turns it back without meaning to. A vetted file that changed outside of a push was vetted by nobody.',
  steps: 'Push its template again to restore the file, or keep it as it is (gatehouse drift adopt).',
  needs: ['system'],
  uses: ['pushed-files'],
  concerns: 'servers',
  references: ['NIST-800-53:CM-3', 'NIST-800-53:SI-7', 'CIS-8:4.1', 'ISO-27001:A.8.9'],
  evaluate: ({ 'pushed-files': pushed }): readonly Verdict[] => {
    if (pushed.known && pushed.value.length > 0) return pushed.value.map(verdictOn)
    if (!pushed.known && pushed.sections.length > 0) {
      const cite = pushed.sections.map((section) => ({ section, line: 0 }))
      return [{ status: 'not-evaluated', subject: '', title: 'The pushed files were not seen', reason: pushed.reason, cite }]
    }
    const reason = 'This console has pushed no file to this host.'
    return [{ status: 'not-applicable', subject: '', title: 'No file was pushed here', reason, cite: [] }]
  },
})

function verdictOn({ path, state, template, push, diff, line }: PushedFile): Verdict {
  const cite = { section: 'pushed-files', line }
  const base = { subject: path, cite: [cite] }
  const origin = `${path} comes from the template ${template}, push ${push}`
  if (state === 'as-pushed')
    return { ...base, status: 'pass', title: 'The file is as it was pushed', reason: `${origin}: content, owner and mode are the same.` }
  if (state === 'unreadable')
    return {
      ...base,
      status: 'not-evaluated',
      title: 'The pushed file cannot be read',
      reason: `${origin}. The audit account may not read it now, so nobody can say.`,
    }
  const shown = diff.filter((it) => !it.startsWith(' ')).slice(0, MAX_LINES)
  const lines = shown.length === 0 ? '' : ` From what was pushed to what is there: ${shown.join(' ⏎ ')}`
  return {
    subject: path,
    status: 'fail',
    title: state === 'gone' ? 'The pushed file is gone' : 'The file changed outside of a push',
    reason: `${origin}.${lines}`,
    hint: `To restore it, push the template ${template} again; to keep it as it is, adopt it (gatehouse drift adopt).`,
    cite: [{ ...cite, note: 'Expected as it was pushed.' }],
  }
}
