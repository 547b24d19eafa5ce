/*
 * A question and its answer: `view` is the question as a target may show it, `ways` are those that can be asked,
 * `terminal` is one of them; here they are asked all at once, and the first answer ends it for all.
 */

import type { Asked, Reply } from '../../backends/contract/question.ts'
import { logAnswer } from '../../history/answer.ts'
import { messageOf, NtfyError, worstExitCode } from '../../platform/errors.ts'
import { excerpt } from '../../platform/masking.ts'
import { say } from '../../platform/output.ts'
import { randomUuid } from '../../platform/uuid.ts'
import type { Way } from './ways.ts'

/** How a question ended. */
export type Ending =
  | ({ kind: 'answered'; id: string; target: string } & Reply)
  /** Some way showed less than was asked. */
  | { kind: 'late'; changed: boolean }
  | { kind: 'withdrawn'; by?: NodeJS.Signals }

/** How long those who were asked may take to learn how it ended, in milliseconds. */
const farewell = 5000

/** Signals that withdraw a question. */
const withdrawing = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Asks on all ways and waits for the first answer.
 *
 * @param signal withdraws it, as SIGTERM does
 * @throws NtfyError nobody can be asked, or can answer any more
 */
export async function ask(question: string, ways: Way[], timeout: number, signal?: AbortSignal): Promise<Ending> {
  const race = new Race(question, ways)
  const timer = setTimeout(() => race.end({ kind: 'late', changed: race.changed }), timeout)
  const stop = (by: NodeJS.Signals) => race.end({ kind: 'withdrawn', by })
  for (const name of withdrawing) process.on(name, stop)
  const withdraw = () => race.end({ kind: 'withdrawn' })
  signal?.addEventListener('abort', withdraw)
  try {
    return await race.run()
  } finally {
    clearTimeout(timer)
    for (const name of withdrawing) process.off(name, stop)
    signal?.removeEventListener('abort', withdraw)
  }
}

class Race {
  changed = false
  readonly #question: string
  readonly #ways: Way[]
  readonly #life = new AbortController()
  readonly #put: Promise<void>[] = []
  readonly #open: Asked[] = []
  readonly #errors: { target: string; error: unknown }[] = []
  #ending: Ending | undefined
  #logged: Promise<void> | undefined
  #finish = () => {}

  constructor(question: string, ways: Way[]) {
    this.#question = question
    this.#ways = ways
  }

  async run(): Promise<Ending> {
    const ended = new Promise<void>((resolve) => {
      this.#finish = resolve
    })
    this.#put.push(...this.#ways.map((way) => this.#putOn(way)))
    await ended
    await this.#logged
    await this.#close()
    if (this.#ending !== undefined) return this.#ending
    throw failureOf(this.#errors)
  }

  end(ending: Ending): void {
    this.#ending ??= ending
    this.#finish()
  }

  async #putOn(way: Way): Promise<void> {
    const id = randomUuid()
    try {
      const asked = await way.put(id, this.#life.signal, () => {
        this.changed = true
      })
      this.#open.push(asked)
      asked.reply.then(
        (reply) => this.#answered(way, id, reply),
        (error) => this.#failed(way, error),
      )
    } catch (error) {
      this.#failed(way, error)
    }
  }

  #answered(way: Way, id: string, reply: Reply): void {
    if (this.#ending !== undefined) return
    this.#logged = logAnswer({ id, target: way.target, backend: way.backend, question: this.#question, ...reply })
    this.end({ kind: 'answered', id, target: way.target, ...reply })
  }

  #failed(way: Way, error: unknown): void {
    if (this.#ending !== undefined) return
    this.#errors.push({ target: way.target, error })
    if (this.#errors.length === this.#ways.length) this.#finish()
    else (way.backend === 'default' ? say.debug : say.warning)(`ask: ${way.target}: ${excerpt(messageOf(error), 1000)}`)
  }

  /** A question that is still on its way is closed when it has arrived. */
  async #close(): Promise<void> {
    const text = wordsOf(this.#ending)
    const all = async () => {
      await Promise.allSettled(this.#put)
      await Promise.allSettled(this.#open.map((asked) => asked.close(text)))
    }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, farewell)
    })
    await Promise.race([all(), late])
    clearTimeout(timer)
    this.#life.abort()
  }
}

/** What those who were asked learn of its end. */
function wordsOf(ending: Ending | undefined): string {
  if (ending?.kind === 'answered') {
    const who = ending.by === undefined || ending.by === ending.target ? '' : `${ending.by}, `
    return `Answered: ${ending.answer} (${who}${ending.target})`
  }
  return ending?.kind === 'late' ? 'Nobody answered in time.' : 'The question was withdrawn.'
}

function failureOf(errors: { target: string; error: unknown }[]): unknown {
  const bug = errors.find(({ error }) => !(error instanceof NtfyError))
  if (bug !== undefined) return bug.error
  const text = errors.map(({ target, error }) => `${target}: ${excerpt(messageOf(error), 1000)}`).join('; ')
  return new NtfyError(`ask: ${text}`, worstExitCode(errors.map(({ error }) => (error as NtfyError).exitCode)))
}
