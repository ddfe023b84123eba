import { useSaveSettings } from '../../stores/actions.ts'
import { useSettings } from '../../stores/queries.ts'
import { Segment } from '../../ui/segment.tsx'
import { Trouble } from './trouble.tsx'

/** Theme and single-letter keys; a change holds at once. */
export function Appearance() {
  const settings = useSettings().data
  const save = useSaveSettings()
  if (settings === undefined) return null
  return (
    <>
      <h3>Theme</h3>
      <Segment
        label="Theme"
        value={settings.theme}
        onChange={(theme) => save.mutate({ ...settings, theme })}
        options={[
          { value: 'system', label: 'System' },
          { value: 'dark', label: 'Dark' },
          { value: 'light', label: 'Light' },
        ]}
      />
      <h3>Keys</h3>
      <label className="checkbox">
        <input
          type="checkbox"
          checked={settings.letterKeys}
          onChange={(event) => save.mutate({ ...settings, letterKeys: event.target.checked })}
        />
        <span>
          Single letters act, such as R to run an audit
          <span className="muted block text-[12px] leading-4">
            They never act inside a field. Turn them off when you speak to your computer.
          </span>
        </span>
      </label>
      <Trouble error={save.error} word="Not saved" />
    </>
  )
}
