import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { count, kept, lost, type Place, place, printCounts, recover, repeats, status } from './place.ts'
import { disturb, type Step, stepsOf } from './trace.ts'

printCounts('failing system calls')

const errors = ['ENOSPC', 'EIO', 'EROFS']

interface Scenario {
  name: string
  before: string[]
  args: string[]
  message: string
  answers?: ReturnType<typeof status>
  /** What it ends with if it can be neither sent nor kept. */
  unkept?: number
}

const scenarios: Scenario[] = [
  { name: 'send, taken', before: [], args: ['send', 'new'], message: 'new' },
  { name: 'send, service down', before: [], args: ['send', 'new'], message: 'new', answers: status(503), unkept: 75 },
  { name: 'send, refused', before: [], args: ['send', 'new'], message: 'new', answers: status(400), unkept: 69 },
  { name: 'flush, taken', before: ['old'], args: ['queue', 'flush'], message: 'old' },
  { name: 'flush, still down', before: ['old'], args: ['queue', 'flush'], message: 'old', answers: status(503) },
]

async function prepared({ before, answers }: Scenario): Promise<Place> {
  const here = await place()
  here.ill(status(503))
  for (const message of before) await here.ntfy('send', message)
  await here.quiet()
  here.received.length = 0
  if (answers) here.ill(answers)
  else here.well()
  return here
}

describeWith(['strace'], 'a call that fails in', () => {
  it.each(scenarios)('$name', async (scenario) => {
    const model = await prepared(scenario)
    const steps = await stepsOf(model, scenario.args, false)
    await model.quiet()
    expect(steps.map(({ call }) => call)).toContain('fsync')
    for (const step of steps) {
      for (const error of errors) await failing(scenario, step, error)
    }
  })
})

async function failing(scenario: Scenario, step: Step, error: string): Promise<void> {
  const here = await prepared(scenario)
  const { hit, code, stderr } = await disturb(here, scenario.args, step, `error=${error}`)
  count(hit ? 'failing calls' : 'failing calls beside the outbox')
  const where = `${error} at ${step.call} ${step.nth}: ${step.what}: exit ${code}, ${stderr}`
  await here.quiet()
  const missing = lost(here, [scenario.message])
  if (missing.length > 0) {
    // Then somebody was told: neither sent nor kept.
    expect({ where, code, told: stderr.includes('not sent') }).toEqual({
      where,
      code: scenario.unkept,
      told: true,
    })
    count('neither sent nor kept, and said so')
  } else if (!scenario.answers && scenario.before.length === 0) {
    // A service that is well gets it whatever the disk does.
    expect({ where, taken: here.taken.length, code }).toEqual({ where, taken: 1, code: 0 })
  }
  if (hit && scenario.before.length === 0 && missing.length === 0 && step.call === 'fsync') {
    expect({ where, said: stderr.includes('the outbox cannot be written') }).toEqual({ where, said: true })
  }
  const failed = kept(here.outbox).some((one) => one.failed)
  await recover(here, missing.length > 0 || failed ? [] : [scenario.message])
  expect({ where, repeats: repeats(here) }).toEqual({ where, repeats: 0 })
  count('messages')
  count('lost', 0)
}
