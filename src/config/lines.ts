import type { Node, Pair, Document as YamlDocument } from 'yaml'
import type { Target } from './types.ts'

/** Finds lines in a file that has already been parsed: loaded only when there is something to say. */
export async function sourceOf(text: string): Promise<Source> {
  const { LineCounter, parseDocument } = await import('yaml')
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false })
  return {
    line: (path) => {
      const offset = offsetOf(document, path)
      return offset === undefined ? undefined : counter.linePos(offset).line
    },
  }
}

export interface Source {
  /** The line, from 1, of the key at `path`, or of the nearest key above it that is there. */
  line(path: string[]): number | undefined
}

/** Where an option of a target stands. */
export function placeOf({ name, at = [name], keys }: Target, option: string): string[] {
  return [...at, keys?.[option] ?? option]
}

function offsetOf(document: YamlDocument, path: string[]): number | undefined {
  let node: unknown = document.contents
  let offset: number | undefined
  for (const key of path) {
    const items = (node as { items?: unknown[] } | null)?.items
    if (!Array.isArray(items)) break
    const pair = items.find((item) => String((item as Pair<{ value: unknown }>)?.key?.value ?? '') === key)
    const next = pair ?? items[Number(key)]
    if (next === undefined) break
    const place = (pair ? (pair as Pair<Node>).key : next) as { range?: [number, number, number] } | undefined
    offset = place?.range?.[0] ?? offset
    node = pair ? (pair as Pair).value : next
  }
  return offset
}
