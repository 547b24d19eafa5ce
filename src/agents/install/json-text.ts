import type { Node, ParseError } from 'jsonc-parser'
import { ConfigError } from '../../platform/errors.ts'

/** The text of a JSON file, changed in one place and nowhere else: comments, order and blanks stay as they are. */
export class JsonText {
  readonly #parser: typeof import('jsonc-parser')
  readonly #path: string
  text: string

  private constructor(parser: typeof import('jsonc-parser'), path: string, text: string) {
    this.#parser = parser
    this.#path = path
    this.text = text
  }

  /**
   * @param path for messages
   * @throws ConfigError it is no JSON object
   */
  static async parse(path: string, text: string): Promise<JsonText> {
    const json = new JsonText(await import('jsonc-parser'), path, text.trim() === '' ? '{}\n' : text)
    const root = json.#root()
    if (root?.type !== 'object') throw new ConfigError(`${path}:1: expected a JSON object: nothing was changed`)
    return json
  }

  /** What stands at a path; nothing if nothing does. */
  value(...path: (string | number)[]): unknown {
    const node = this.#node(path)
    return node === undefined ? undefined : this.#parser.getNodeValue(node)
  }

  /**
   * Adds an element to the list at a path, and what is missing on the way.
   *
   * @throws ConfigError something else stands there
   */
  append(path: string[], element: unknown): void {
    for (let length = 0; length <= path.length; length++) {
      const node = this.#node(path.slice(0, length))
      const isLast = length === path.length
      if (node === undefined) {
        const rest = path.slice(length).reduceRight((value: unknown, key) => ({ [key]: value }), [element])
        this.#insert(this.#node(path.slice(0, length - 1)) as Node, path[length - 1], rest)
        return
      }
      if (node.type !== (isLast ? 'array' : 'object')) {
        const expected = isLast ? 'a list' : 'an object'
        const where = path.slice(0, length).join('.')
        throw new ConfigError(
          `${this.#path}:${this.#lineOf(node)}: ${where}: expected ${expected}: nothing was changed`,
        )
      }
      if (isLast) this.#insert(node, undefined, element)
    }
  }

  /** Puts another value in the place of what is there. */
  replace(path: (string | number)[], value: unknown): void {
    const node = this.#node(path)
    if (node === undefined) return
    const written = this.#written(value, this.#indentAt(node.offset))
    this.#splice(node.offset, node.offset + node.length, written)
  }

  /** Takes out an element or a property, with the comma and the blanks that belong to it. */
  remove(path: (string | number)[]): void {
    const found = this.#node(path)
    const node = found?.parent?.type === 'property' ? found.parent : found
    const siblings = node?.parent?.children ?? []
    const at = siblings.indexOf(node as Node)
    if (node === undefined || node.parent === undefined || at < 0) return
    const [before, after] = [siblings[at - 1], siblings[at + 1]]
    const end = node.offset + node.length
    if (after !== undefined) this.#splice(node.offset, after.offset, this.#withoutComma(end, after.offset).trimStart())
    else if (before === undefined) this.#splice(node.offset, end, '')
    else {
      const start = before.offset + before.length
      this.#splice(start, end, this.#withoutComma(start, node.offset).trimEnd())
    }
    if (siblings.length === 1) this.#closeEmpty(path.slice(0, -1))
  }

  /** What is between two elements but for their comma: blanks and comments. */
  #withoutComma(from: number, to: number): string {
    const between = this.text.slice(from, to)
    const comma = this.#commaIn(between)
    return between.slice(0, comma) + between.slice(comma + 1)
  }

  #commaIn(text: string): number {
    const scanner = this.#parser.createScanner(text)
    while (scanner.scan() !== 5 /* SyntaxKind.CommaToken */ && scanner.getPosition() < text.length) {}
    return scanner.getTokenOffset()
  }

  #closeEmpty(path: (string | number)[]): void {
    const node = this.#node(path)
    if (node === undefined) return
    const inside = this.text.slice(node.offset + 1, node.offset + node.length - 1)
    if (inside.trim() === '') this.#splice(node.offset + 1, node.offset + node.length - 1, '')
  }

  #insert(container: Node, key: string | undefined, value: unknown): void {
    const last = container.children?.at(-1)
    const close = container.offset + container.length - 1
    const isSpread = this.#isSpread(container, last, close)
    const outer = this.#indentAt(container.offset)
    const indent = last !== undefined && isSpread ? this.#indentAt(last.offset) : outer + this.#unit
    const name = key === undefined ? '' : `${JSON.stringify(key)}:${isSpread || this.text.includes('": ') ? ' ' : ''}`
    const written = name + (isSpread ? this.#written(value, indent) : JSON.stringify(value))
    const end = this.#contentEnd(container.offset + 1, close)
    if (!isSpread) {
      const gap = last === undefined ? '' : this.text.includes('", "') || this.text.includes('": ') ? ' ' : ''
      this.#splice(end, end, written.replace(/^/, last === undefined ? '' : gap))
    } else {
      const tail = end === close || !this.text.slice(end, close).includes('\n') ? this.#eol + outer : ''
      this.#splice(end, end, `${this.#eol}${indent}${written}${tail}`)
    }
    if (last !== undefined) this.#splice(last.offset + last.length, last.offset + last.length, ',')
  }

  /** Does each element have a line, or would it, if there were one? */
  #isSpread(container: Node, last: Node | undefined, close: number): boolean {
    const whole = this.text.trim()
    if (last === undefined) return whole.includes('\n') || whole === this.text.slice(container.offset, close + 1)
    return this.#startsLine(last.offset) || this.text.slice(last.offset + last.length, close).includes('\n')
  }

  /** Behind the last thing in a container that is no blank, be it a comment. */
  #contentEnd(start: number, close: number): number {
    return start + this.text.slice(start, close).trimEnd().length
  }

  #written(value: unknown, indent: string): string {
    return JSON.stringify(value, null, this.#unit).replaceAll('\n', this.#eol + indent)
  }

  #startsLine(offset: number): boolean {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1
    return start > 0 && this.text.slice(start, offset).trim() === ''
  }

  #indentAt(offset: number): string {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1
    return /^[ \t]*/.exec(this.text.slice(start, offset))?.[0] ?? ''
  }

  get #unit(): string {
    return /\n([ \t]+)\S/.exec(this.text)?.[1] ?? '  '
  }

  get #eol(): string {
    return this.text.includes('\r\n') ? '\r\n' : '\n'
  }

  #splice(from: number, to: number, text: string): void {
    this.text = this.text.slice(0, from) + text + this.text.slice(to)
  }

  #node(path: (string | number)[]): Node | undefined {
    const root = this.#root()
    return root && this.#parser.findNodeAtLocation(root, path)
  }

  #lineOf({ offset }: Pick<Node, 'offset'>): number {
    return this.text.slice(0, offset).split('\n').length
  }

  #root(): Node | undefined {
    const errors: ParseError[] = []
    const body = this.text.replace(/^\uFEFF/, ' ')
    const root = this.#parser.parseTree(body, errors, { allowTrailingComma: false, disallowComments: false })
    const [first] = errors
    if (first === undefined) return root
    const reason = this.#parser
      .printParseErrorCode(first.error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
    const offset = Math.min(first.offset, body.trimEnd().length)
    throw new ConfigError(
      `${this.#path}:${this.#lineOf({ offset })}: is not valid JSON (${reason}): nothing was changed`,
    )
  }
}
