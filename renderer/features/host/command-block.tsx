import { CopyButton } from '../../ui/copy-button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { commandLine } from './command-line.ts'

/** What a process was started with. Secrets were masked before anything was stored. */
export function CommandBlock({ words }: { readonly words: readonly string[] }) {
  const started = commandLine(words)
  return (
    <>
      <h4>
        Command line
        {started !== '' && <CopyButton text={started} what="the command line" />}
      </h4>
      {started === '' ? <p>Not read.</p> : <pre className="rule">{plainText(started, 4000)}</pre>}
    </>
  )
}
