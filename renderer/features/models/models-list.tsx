import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Segment } from '../../ui/segment.tsx'
import { groupOf } from './model-rows.ts'
import { ModelTable } from './model-table.tsx'
import type { Filter, ShownModels } from './use-shown-models.ts'

/** The table of models below what narrows and orders it. */
export function ModelsList({ all, shown }: { readonly all: readonly ModelArtifact[]; readonly shown: ShownModels }) {
  return (
    <>
      <div className="models-bar">
        <Segment label="Show" value={shown.filter} options={filters(all, shown.total)} onChange={shown.setFilter} />
        <span className="spring" />
        {shown.text !== null && <FilterField label="Filter models" text={shown.text} onText={shown.setText} />}
        <Segment
          label="Group by"
          small
          value={shown.by}
          options={[
            { value: 'state', label: 'By state' },
            { value: 'host', label: 'By host' },
          ]}
          onChange={shown.setBy}
        />
      </div>
      <Scroll as="section" className="models-list" aria-label="Models" data-pane>
        {!shown.none ? (
          <ModelTable groups={shown.groups} waiting={shown.waiting} selected={shown.selected} onSelect={shown.choose} />
        ) : !shown.narrowed ? (
          <Empty
            title="No model was found"
            about="Nothing in the model directories of these hosts is a model, or the audit account may not see it."
          />
        ) : (
          <Empty title="No model matches" about="The filter looks at names, hosts, paths, sources and formats.">
            <Button onClick={shown.clear}>Clear the filter</Button>
          </Empty>
        )}
      </Scroll>
    </>
  )
}

const filters = (all: readonly ModelArtifact[], total: number): { value: Filter; label: string }[] => [
  { value: 'all', label: `All ${total}` },
  { value: 'action', label: `Needs action ${all.filter((row) => groupOf(row) === 'action').length}` },
  { value: 'approved', label: `Approved ${all.filter((row) => groupOf(row) === 'approved').length}` },
]
