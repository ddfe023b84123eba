import { useRef } from 'react'

const tabs = [
  { value: 'findings', label: 'Findings' },
  { value: 'exposure', label: 'Exposure' },
  { value: 'services', label: 'Services' },
  { value: 'hardening', label: 'Hardening' },
  { value: 'gpus', label: 'GPUs' },
  { value: 'packages', label: 'Packages' },
] as const
export type HostTab = (typeof tabs)[number]['value']

interface HostTabsProps {
  readonly value: HostTab
  readonly onChange: (value: HostTab) => void
}

/** Tabs as the ARIA pattern has them: one stop for Tab, arrows move and choose. The panel carries `hostPanelId`. */
export function HostTabs({ value, onChange }: HostTabsProps) {
  const list = useRef<HTMLDivElement>(null)
  const move = (by: number) => {
    const at = tabs.findIndex((tab) => tab.value === value)
    const next = (at + by + tabs.length) % tabs.length
    const tab = tabs[next]
    if (tab === undefined) return
    onChange(tab.value)
    list.current?.querySelectorAll<HTMLButtonElement>('[role=tab]')[next]?.focus()
  }
  return (
    <div ref={list} className="tabs" role="tablist" aria-label="Views of this host" data-pane>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          id={`host-tab-${tab.value}`}
          aria-selected={tab.value === value}
          aria-controls={hostPanelId}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowRight') move(1)
            else if (event.key === 'ArrowLeft') move(-1)
            else return
            event.preventDefault()
          }}
        >
          {tab.label}
        </button>
      ))}
    </div>
  )
}

export const hostPanelId = 'host-panel'
