import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfyBin, run } from '../support/cli.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'
import { count, type Place, place, printCounts } from './place.ts'
import { disturb, type Step, stepsOf } from './trace.ts'

printCounts('kill -9 of a call that nobody waits for')

const message = 'some words'
const call = ['send', '--no-wait', message]
const launcher = ['dash', ntfyBin]

/** A place whose launcher starts a Node that does nothing, and whose steps are those on the whole state folder. */
async function sleepingPlace(): Promise<Place> {
  const here = await place()
  const node = join(here.home, 'node')
  writeFileSync(node, '#!/bin/sh\n[ "$1" = --version ] && echo v20.19.0\n', { mode: 0o755 })
  return { ...here, outbox: join(here.home, '.local/state/ntfy'), env: { ...here.env, NTFY_NODE: node } }
}

function calls({ outbox }: Place): string[] {
  const inbox = join(outbox, 'inbox')
  const names = existsSync(inbox) ? readdirSync(inbox) : []
  return names.filter((name) => /\.(call|claim-)/.test(name)).map((name) => join(inbox, name))
}

async function storedPlace(): Promise<Place> {
  const here = await sleepingPlace()
  const [shell = '', ...words] = launcher
  await run(shell, [...words, ...call], { env: here.env })
  return here
}

describeWith(['strace', 'dash'], 'a call', () => {
  it('arrives whole and once if it was stored, at whichever step its shell is killed', async () => {
    const steps = await stepsOf(await sleepingPlace(), call, false, launcher)
    // As mv does it.
    expect(steps.map(({ call }) => call)).toContain('renameat2')
    for (const step of steps) {
      const here = await sleepingPlace()
      const { code, hit } = await disturb(here, call, step, 'signal=KILL', false, launcher)
      await check(here, code === 0, hit, step)
    }
  })

  it('arrives whole and once, at whichever step its Node is killed', async () => {
    const model = await storedPlace()
    const steps = await stepsOf(model, ['inbox', ...calls(model)], false)
    await model.quiet()
    expect(steps.map(({ call }) => call)).toContain('rename')
    for (const step of steps) {
      const here = await storedPlace()
      const { hit } = await disturb(here, ['inbox', ...calls(here)], step, 'signal=KILL')
      await check(here, true, hit, step)
    }
  })
})

async function check(here: Place, stored: boolean, hit: boolean, step: Step): Promise<void> {
  count(hit ? 'kills at a step' : 'kills beside a step')
  try {
    await here.quiet()
    await here.ntfy('queue', 'flush', '--wait')
    // What was left over is handled by a process of its own.
    await waitFor('the call to be handled', () => calls(here).length === 0 && (!stored || here.taken.length > 0))
    await here.quiet()
    expect(here.taken.filter((one) => one.message !== message)).toEqual([])
    expect(new Set(here.taken.map(({ id }) => id)).size).toBeLessThanOrEqual(1)
  } catch (error) {
    throw new Error(`${step.call} ${step.nth}: ${step.what}: ${error}`, { cause: error })
  }
}
