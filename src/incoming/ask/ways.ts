import { askContext } from '../../backends/contract/ask-context.ts'
import type { Backend } from '../../backends/contract/backend.ts'
import type { Asked } from '../../backends/contract/question.ts'
import { loadBackend } from '../../backends/index.ts'
import { resolveOptions } from '../../config/resolve.ts'
import type { Selected } from '../../config/select.ts'
import type { Config } from '../../config/types.ts'
import { makeNotification } from '../../notification/create.ts'
import { renderTemplate } from '../../notification/template.ts'
import { ConfigError, PermanentError, UsageError } from '../../platform/errors.ts'
import { oneLine } from '../../platform/text.ts'
import { redactedText } from '../../redact/lazily.ts'
import { askOnTerminal, hasTerminal } from './terminal.ts'
import { type View, viewOf, type Wanted } from './view.ts'

/** A target, or the terminal, that can be asked. */
export interface Way {
  target: string
  backend: string
  /**
   * Puts the question.
   *
   * @param onChanged called before anybody can see a question that is not the one that was asked
   */
  put(id: string, signal: AbortSignal, onChanged: () => void): Promise<Asked>
}

/** The terminal shows all of any question. */
const wholeText = { max: 64 * 1024, unit: 'bytes' } as const

/** Backends whose question is the line that can be typed anyway. */
const onTerminal = ['terminal', 'default']

/**
 * The ways on which a question can be put: the targets that can, and the terminal that it was typed on.
 *
 * @param wanted.terminal false: the terminal belongs to another program
 *
 * @throws UsageError the only ones offer fewer answers, or take no text
 * @throws PermanentError there is none
 */
export async function waysOf(
  config: Config,
  selected: Selected[],
  wanted: Wanted & { title: string | undefined; terminal?: boolean },
): Promise<Way[]> {
  const ways: Way[] = []
  const left: string[] = []
  const unable: string[] = []
  for (const one of selected) {
    const { name, backend: kind } = one.target
    if (kind === '') throw new ConfigError(`${name} names no backend (backend: ...)`)
    const backend = await loadBackend(kind)
    const { asks } = backend
    if (asks === undefined || backend.ask === undefined) {
      if (!onTerminal.includes(kind)) unable.push(name)
    } else if (wanted.words.length > asks.words) left.push(`${name} offers at most ${asks.words} answers`)
    else if (wanted.words.length === 0 && !asks.text) left.push(`${name} takes no text as an answer`)
    else ways.push(targetWay(config, one, backend, wanted))
  }
  if (wanted.terminal !== false && hasTerminal()) ways.push(terminalWay(wanted))
  if (ways.length > 0) return ways
  if (left.length > 0) throw new UsageError(`ask: ${left.join(', ')}`)
  throw new PermanentError(
    unable.length > 0
      ? `ask: ${unable.join(', ')} cannot answer, and there is no terminal (ntfy_sh, telegram, matrix and desktop can)`
      : 'ask: nobody can answer: there is no terminal',
  )
}

function targetWay(
  config: Config,
  { target, overrides }: Selected,
  backend: Backend,
  wanted: Wanted & { title: string | undefined },
): Way {
  const { name, backend: kind } = target
  return {
    target: name,
    backend: kind,
    async put(id, signal, onChanged) {
      const wrong = config.unreadable ?? config.wrong[name]
      if (wrong !== undefined) throw new ConfigError(wrong)
      const options = await resolveOptions(config, target, overrides)
      const { asks, ask } = backend as Backend & Required<Pick<Backend, 'asks' | 'ask'>>
      const view = await viewOf(wanted, target.showCommand ?? config.showCommand, asks.longest)
      const notification = makeNotification('send', view.text)
      const title = wanted.title ?? renderTemplate(target.title ?? config.title, notification)
      const question = {
        ...view,
        title: oneLine(await redactedText(title)).slice(0, 200),
        freeText: view.freeText && asks.text,
      }
      const context = askContext({ id, backend, target: name, options, signal })
      if (view.changed) onChanged()
      return await ask(question, options as never, context)
    },
  }
}

function terminalWay(wanted: Wanted): Way {
  return {
    target: 'terminal',
    backend: 'terminal',
    async put(_, signal, onChanged) {
      const view: View = await viewOf(wanted, 'redacted', wholeText)
      if (view.changed) onChanged()
      return askOnTerminal(view, signal)
    },
  }
}
