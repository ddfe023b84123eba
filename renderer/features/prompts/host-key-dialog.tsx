import type { Prompt } from '#shared/model/prompt.ts'
import { useAnswerPrompt } from '../../stores/actions.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { nameFew } from '../../ui/words.ts'
import { AnswerError, StillWaiting } from './answer-parts.tsx'

interface HostKeyDialogProps {
  readonly prompt: Extract<Prompt, { kind: 'host-key-unknown' }>
  readonly waiting: number
}

/** A key nobody has vouched for. No credential was sent; not connecting is the default. */
export function HostKeyDialog({ prompt, waiting }: HostKeyDialogProps) {
  const answer = useAnswerPrompt()
  const decline = () => answer.mutate({ id: prompt.id, answers: null })
  const hop = plainText(prompt.hop, 80)
  return (
    <Dialog
      alert
      status={<Status tone="warn">Host key not known</Status>}
      title={`Is this really ${hop}?`}
      lead={`${hop} at ${plainText(prompt.address, 120)} presented a key that Gatehouse has not seen before. No credential was sent. Whoever can answer in its place would show another fingerprint.`}
      onClose={decline}
      foot={
        <>
          <StillWaiting count={waiting} />
          <span className="spring" />
          <Button onClick={() => answer.mutate({ id: prompt.id, answers: ['trust'] })}>Trust this key</Button>
          <Button look="primary" onClick={decline}>
            Do not connect
          </Button>
        </>
      }
    >
      <div className="box mt-4">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Hop</th>
              <th scope="col">Key type</th>
              <th scope="col">Fingerprint presented</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{hop}</th>
              <td>{plainText(prompt.presented.keyType, 40)}</td>
              <td>
                <code>{plainText(prompt.presented.sha256, 80)}</code>
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      {prompt.alsoKnownAs.length > 0 && (
        <p className="help">
          This very key is already trusted for {nameFew(prompt.alsoKnownAs.map((name) => plainText(name, 80)))}. The same machine under
          another name, or a copied key.
        </p>
      )}
      <h3>Compare at the console of the server, not over SSH</h3>
      <CommandLine text={prompt.command} what="the command" />
      <AnswerError error={answer.error} />
    </Dialog>
  )
}
