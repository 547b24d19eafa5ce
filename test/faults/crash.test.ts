import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { count, mainFile, type Place, place, printCounts, recover, repeats, rounds, status } from './place.ts'
import { disturb, type Step, stepsOf } from './trace.ts'

printCounts('kill -9')

interface Scenario {
  name: string
  /** What lies in the outbox before, and how the service answers meanwhile. */
  before?: { messages: string[]; answers: ReturnType<typeof status> }
  args: string[]
  answers?: ReturnType<typeof status>
  /** What the command itself is to tell; it may be killed before that is on disk. */
  adds?: string
  /** Another process does a part of it. */
  wholly?: true
}

const down = status(503)
const refusing = status(400)

const scenarios: Scenario[] = [
  { name: 'send, taken', args: ['send', 'new'], adds: 'new' },
  { name: 'send, service down', args: ['send', 'new'], adds: 'new', answers: down },
  { name: 'send, refused', args: ['send', 'new'], adds: 'new', answers: refusing },
  { name: 'done, taken', args: ['done', 'true'], adds: '✅ "true" succeeded in 0:00 minutes', wholly: true },
  { name: 'flush, taken', before: { messages: ['one', 'two'], answers: down }, args: ['queue', 'flush'] },
  {
    name: 'flush, still down',
    before: { messages: ['one', 'two'], answers: down },
    args: ['queue', 'flush'],
    answers: down,
  },
  { name: 'flush, refused', before: { messages: ['one'], answers: down }, args: ['queue', 'flush'], answers: refusing },
  { name: 'retry, taken', before: { messages: ['one'], answers: refusing }, args: ['queue', 'retry'] },
]

async function prepared({ before, answers }: Scenario): Promise<Place> {
  const here = await place()
  if (before) here.ill(before.answers)
  for (const message of before?.messages ?? []) await here.ntfy('send', message)
  await here.quiet()
  here.taken.length = 0
  if (answers) here.ill(answers)
  else here.well()
  return here
}

describeWith(['strace'], 'killed at every step of', () => {
  it.each(scenarios)('$name', async (scenario) => {
    const model = await prepared(scenario)
    const steps = await stepsOf(model, scenario.args, scenario.wholly === true)
    await model.quiet()
    expect(steps.map(({ call }) => call)).toContain('rename')
    for (const step of steps) {
      const here = await prepared(scenario)
      const { hit, kept } = await disturb(here, scenario.args, step, 'signal=KILL', scenario.wholly)
      count(hit ? 'kills at a step' : 'kills beside a step')
      const promised = [...(scenario.before?.messages ?? [])]
      // As long as the file has not its name nobody was told that it is kept.
      if (scenario.adds !== undefined && (kept || here.taken.length > 0)) promised.push(scenario.adds)
      await check(here, promised, step)
    }
  })
})

it('killed at random moments, nothing is lost', async () => {
  const random = (most: number) => Math.floor(Math.random() * most)
  for (let round = 0; round < rounds; round++) {
    const here = await prepared({ name: '', before: { messages: ['one', 'two', 'three'], answers: down }, args: [] })
    const child = spawn(process.execPath, [mainFile, 'queue', 'flush'], { env: here.env, stdio: 'ignore' })
    const timer = setTimeout(() => child.kill('SIGKILL'), random(150))
    await new Promise((resolve) => child.on('close', resolve))
    clearTimeout(timer)
    count(child.signalCode === 'SIGKILL' ? 'random kills' : 'random kills too late')
    await check(here, ['one', 'two', 'three'])
  }
})

async function check(here: Place, promised: string[], step?: Step): Promise<void> {
  try {
    await recover(here, promised)
    expect(repeats(here)).toBeLessThanOrEqual(1)
  } catch (error) {
    throw new Error(`${step ? `${step.call} ${step.nth}: ${step.what}` : 'at random'}: ${error}`, { cause: error })
  }
  count('messages', promised.length)
  count('lost', 0)
  count('sent again under the same key', repeats(here))
}
