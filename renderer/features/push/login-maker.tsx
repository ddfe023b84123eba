import { useState } from 'react'
import { useMakeLogin } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { Field } from '../../ui/field.tsx'

/** Makes a login for a password file: its hash goes into the form, its password is shown here and kept nowhere. */
export function LoginMaker({ onMade }: { readonly onMade: (login: string) => void }) {
  const [name, setName] = useState('')
  const made = useMakeLogin()
  const make = () => {
    if (name !== '' && !made.isPending) made.mutate({ name }, { onSuccess: ({ login }) => onMade(login) })
  }
  return (
    <div className="login-maker">
      <Field
        label="Name of a new login"
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value.trim())}
        onKeyDown={(event) => {
          // Return would send the form around it.
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
          event.preventDefault()
          make()
        }}
        error={made.error === null ? undefined : wordsOfError(made.error).detail}
      />
      <Button unavailable={name === '' ? 'It needs a name' : undefined} onClick={make}>
        Make a login
      </Button>
      {made.data !== undefined && (
        <div role="status" ref={(node) => node?.scrollIntoView({ block: 'nearest' })}>
          <p className="help">{`Password of ${made.variables.name}, shown this once. Only its hash goes to the host.`}</p>
          <CommandLine text={made.data.password} what="password" />
        </div>
      )}
    </div>
  )
}
