import { loadBackend } from '../../backends/index.ts'
import type { GlobalOptions } from '../../cli/command.ts'
import { lackingOptions } from '../../config/lacking.ts'
import { outgoing } from '../../delivery/outgoing.ts'
import type { Delivery } from '../../outbox/delivery.ts'
import { whyKept } from '../../outbox/delivery.ts'
import { exitCode, worstExitCode } from '../../platform/errors.ts'
import { print, printJson } from '../../platform/output.ts'
import { style } from '../../platform/style.ts'
import type { Composed } from './compose.ts'

/** What a target would get. */
type Shown = {
  target: string
  backend: string
  outcome: 'send' | 'held' | 'skipped' | 'parked'
  error?: string
} & Record<string, unknown>

/** Shows what each target would get, after its rules and cut for its service; nothing is sent or kept. */
export async function showPlan({ planned, config }: Composed, { json }: GlobalOptions): Promise<number> {
  const { now, held, reports } = planned
  const shown: Shown[] = []
  for (const delivery of [...now, ...held]) shown.push(await view(delivery, config))
  for (const { target, backend, outcome, error = '' } of reports) {
    if (outcome === 'skipped') shown.push({ target, backend, outcome, error })
  }
  for (const one of shown) json ? printJson(one) : print(textOf(one))
  return worstExitCode(shown.map(({ outcome }) => (outcome === 'parked' ? exitCode.config : exitCode.ok)))
}

async function view(delivery: Delivery, config: Composed['config']): Promise<Shown> {
  const { target, backend, state } = delivery
  const loaded = await loadBackend(backend)
  const options = { ...config.targets[target]?.settings, ...delivery.options }
  const { title, message, priority, url, tags, actions, icon, files } = outgoing(delivery, loaded, options)
  const lacking = lackingOptions(loaded, config.targets[target]?.settings ?? {}, delivery.options ?? {})
  const error = lacking === undefined ? whyKept(delivery) : `${target}: ${lacking}`
  return {
    target,
    backend,
    outcome: lacking !== undefined ? 'parked' : state === 'held' ? 'held' : 'send',
    ...(error !== undefined && { error }),
    title,
    message,
    priority,
    url,
    tags,
    actions,
    icon,
    files: files?.map(({ name, content }) => ({ name, size: content.length })),
  }
}

const outcomes = { send: 'would be sent', held: 'would be', skipped: 'would not be sent:', parked: 'would be parked:' }

function textOf({ target, backend, outcome, error, ...rest }: Shown): string {
  const head = `${style.stdout.heading(`${target} (${backend})`)}: ${outcomes[outcome]} ${error ?? ''}`.trimEnd()
  const fields = Object.entries(rest).flatMap(([name, value]) => {
    const text = fieldText(value)
    return text === '' || (name === 'priority' && text === 'default') ? [] : `  ${name}: ${text}`
  })
  return `${[head, ...fields].join('\n')}\n`
}

function fieldText(value: unknown): string {
  if (value === undefined) return ''
  if (!Array.isArray(value)) return String(value).replaceAll('\n', '\n    ')
  return value.map((one) => (typeof one === 'string' ? one : Object.values(one).join(', '))).join('; ')
}
