import { useEffect, useRef } from 'react'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAppNotices } from '../../stores/app-notices.ts'
import { goSettings, openDialog, type SettingsSection } from '../../stores/ui.store.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Screen } from '../../ui/screen.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { About } from './about.tsx'
import { Advisories } from './advisories.tsx'
import { Appearance } from './appearance.tsx'
import { FleetFile } from './fleet-file.tsx'
import { Identities } from './identities.tsx'
import { Import } from './import.tsx'
import { RoleSection } from './role.tsx'
import { StepUp } from './step-up.tsx'
import { Sudoers } from './sudoers.tsx'

const sections: readonly { readonly id: SettingsSection; readonly name: string; readonly body: () => React.ReactNode }[] = [
  { id: 'fleet', name: 'Fleet file', body: FleetFile },
  { id: 'import', name: 'Import', body: Import },
  { id: 'identities', name: 'Identities', body: Identities },
  { id: 'step-up', name: 'Step-up', body: StepUp },
  { id: 'role', name: 'Role', body: RoleSection },
  { id: 'sudoers', name: 'Sudoers', body: Sudoers },
  { id: 'advisories', name: 'Advisories', body: Advisories },
  { id: 'appearance', name: 'Appearance and keys', body: Appearance },
  { id: 'about', name: 'About', body: About },
]

/** All settings on one page. `section` is the one to scroll to, which takes the focus. */
export function SettingsScreen({ section }: { readonly section: SettingsSection }) {
  const scroll = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const heading = document.getElementById(`settings-${section}`)
    if (heading === null || scroll.current === null) return
    scroll.current.scrollTop += heading.getBoundingClientRect().top - scroll.current.getBoundingClientRect().top - 16
    heading.focus({ preventScroll: true })
  }, [section])
  return (
    <Screen
      title="Settings"
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={useAppNotices()}
      path={useFleetPath()}
      foot={
        <>
          <ActingHint chords={['mod+[']}>Back</ActingHint>
          <ActingHint chords={['?']}>All keys</ActingHint>
        </>
      }
    >
      <div className="settings">
        <nav className="nav" aria-label="Settings" data-pane>
          <ul>
            {sections.map(({ id, name }) => (
              <li key={id}>
                <button type="button" aria-current={id === section ? 'true' : undefined} onClick={() => goSettings(id)}>
                  <span className="name">{name}</span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <Scroll as="div" className="settings-scroll" ref={scroll} data-pane>
          {sections.map(({ id, name, body: Body }) => (
            <section key={id} aria-labelledby={`settings-${id}`}>
              <h2 id={`settings-${id}`} tabIndex={-1}>
                {name}
              </h2>
              <Body />
            </section>
          ))}
        </Scroll>
      </div>
    </Screen>
  )
}
