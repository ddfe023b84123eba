import { closeDialog, goSettings } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Keys } from '../../ui/keys.tsx'
import { shortcutGroups } from './shortcut-list.ts'

/** Every key, by place. */
export const Shortcuts = () => (
  <Dialog
    title="Keys"
    width="wide"
    lead="Single letters do nothing inside a field, and can be turned off in Settings."
    onClose={closeDialog}
    foot={
      <>
        <Button look="quiet" onClick={() => goSettings('appearance')}>
          Turn letters off…
        </Button>
        <span className="spring" />
        <Button look="primary" onClick={closeDialog}>
          Close
        </Button>
      </>
    }
  >
    <div className="key-groups">
      {shortcutGroups.map(({ title, shortcuts }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl className="key-list">
            {shortcuts.map(({ chords, action }) => (
              <div key={action}>
                <dt>
                  {chords.map((chord) => (
                    <Keys key={chord} chord={chord} />
                  ))}
                </dt>
                <dd>{action}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  </Dialog>
)
