/** Stands for the rows of a long list that are not drawn, so that the scroll bar is that of all. */
export const RowSpace = ({ height, columns }: { readonly height: number; readonly columns: number }) =>
  height > 0 && (
    <tr className="space">
      <td colSpan={columns} style={{ height }} />
    </tr>
  )
