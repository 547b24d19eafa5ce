import stripAnsi from './strip-ansi.ts'

/** Columns that a text takes. Help is ASCII; for the rest one column a code point is near enough to wrap at. */
export default function stringWidth(text: string): number {
  return [...stripAnsi(text)].length
}
