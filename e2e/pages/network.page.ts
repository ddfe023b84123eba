import { GatehousePage } from './gatehouse.page.ts'

/** Hosts by segments, and the flows behind one cell. */
export class NetworkPage extends GatehousePage {
  /** A cell by its sentence: `Applications to gpu-01`. */
  flow(sentence: string) {
    return this.page.getByRole('grid').getByRole('button', { name: `${sentence}:` })
  }

  get detail() {
    return this.page.getByRole('article', { name: 'Flow' })
  }

  get rows() {
    return this.page.getByRole('rowheader')
  }

  /** A count above the grid, which filters. */
  state(word: string) {
    return this.page.getByRole('group', { name: 'Only hosts with flows that are' }).getByRole('button', { name: word })
  }
}
