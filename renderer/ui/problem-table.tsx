import type { FleetProblem } from '#shared/model/fleet.ts'
import { plainText } from './plain-text.ts'

/** Mistakes of a file with their places. */
export const ProblemTable = ({ problems }: { readonly problems: readonly FleetProblem[] }) => (
  <div className="box mt-3">
    <table className="table wrap">
      <thead>
        <tr>
          <th scope="col" className="right w-16">
            Line
          </th>
          <th scope="col" className="right w-16">
            Column
          </th>
          <th scope="col" className="w-56">
            Where
          </th>
          <th scope="col">What is wrong, and what was expected</th>
        </tr>
      </thead>
      <tbody>
        {problems.map((problem) => (
          <tr key={`${problem.line} ${problem.column} ${problem.path} ${problem.message}`}>
            <td className="right num">{problem.line}</td>
            <td className="right num">{problem.column}</td>
            <td>
              <code>{plainText(problem.path, 160)}</code>
            </td>
            <td>{plainText(problem.message, 400)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
