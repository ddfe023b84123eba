import { useId } from 'react'
import type { Role } from '#shared/model/role.ts'

const words: Readonly<Record<Role, { readonly name: string; readonly about: string }>> = {
  administrator: { name: 'Administrator', about: 'Everything, with a code.' },
  operator: {
    name: 'Operator',
    about: 'Services, their logs and everything to look at, until a code is shown. What was asked for is not done.',
  },
}

interface RoleChoiceProps {
  readonly role: Role
  readonly onRole: (role: Role) => void
}

/** Who sits at this console. */
export function RoleChoice({ role, onRole }: RoleChoiceProps) {
  const name = useId()
  return (
    <fieldset className="radios">
      <legend className="label">Work as</legend>
      {(Object.keys(words) as Role[]).map((one) => (
        <label key={one} className="radio">
          <input type="radio" name={name} checked={role === one} onChange={() => onRole(one)} />
          <span>{words[one].name}</span>
        </label>
      ))}
      <p className="help">{words[role].about}</p>
    </fieldset>
  )
}
