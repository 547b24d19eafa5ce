import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { press } from '../support/ntfy-server.ts'
import { openTerminal } from '../support/pty.ts'
import { waitFor } from '../support/wait.ts'
import { commandOf, type RealAgent, type Scenario } from './agent.ts'
import { answer } from './script.ts'
import { agentHome } from './session.ts'

/** What each of them has to do, as its users see it. */
export function runScenarios(agent: RealAgent): void {
  const { name, keys, shell } = agent
  const can = (scenario: Scenario) => !agent.lacks?.includes(scenario)
  const isThere = commandOf(agent) !== undefined
  describe.skipIf(!isThere)(
    isThere ? name : `${name} (missing: ${agent.program.find((word) => word.includes('/'))})`,
    () => {
      it('is silent for a second, and notifies once of a turn of twelve', async () => {
        const { start, decided, notified } = await agentHome(agent)
        const { prompt } = await start()
        await prompt('play say 1')
        await decided(/: done: not sent: it took [.\d]+ s, under 10 s/)
        await prompt('play say 12')
        await waitFor('a notification', () => notified().length > 0)
        // Whatever else comes of that turn comes before the end of the next one.
        await prompt('play say 2')
        await decided(/: done: not sent: it took [2-9][.\d]* s, under 10 s/)
        expect(notified()).toEqual([expect.stringMatching(`^${name}: project: done \\(1\\ds\\): ${answer}$`)])
      })

      it('is silent where a question is answered at once', async () => {
        const { start, decided, notified, project, env } = await agentHome(agent)
        const { prompt, answer: give } = await start()
        await prompt('play run touch asked')
        await give(keys.yes)
        await decided(/: done: not sent: it took/)
        expect(existsSync(join(project, 'asked'))).toBe(true)
        expect((await ntfy(['queue', 'list'], { env })).stdout).toBe('')
        expect(notified()).toEqual([])
      })

      it('notifies once of a question that is left alone, with its command', async () => {
        const { start, notified, project } = await agentHome(agent, 'agents: {longer_than: 1h}')
        const { prompt, answer: give } = await start()
        await prompt('play run touch left')
        await waitFor('a notification', () => notified().length > 0)
        await give(keys.yes)
        await waitFor('the file', () => existsSync(join(project, 'left')))
        await prompt('play say 1')
        expect(notified()).toEqual([`${name}: project: needs you: ${shell} touch left`])
      })

      it('is silent where a turn is interrupted, and counts the next one from its own beginning', async () => {
        const { start, decided, notified, model } = await agentHome(agent, 'agents: {longer_than: 6s}')
        const { prompt, press: type } = await start()
        await prompt('play say 60')
        await waitFor('the request', () => model.turns.length === 1)
        // The turn is longer than the one after it may be.
        await waitFor('the time', model.hasWaited(6000))
        await type(keys.interrupt)
        await waitFor('the end of the request', () => model.abandoned() === 1)
        await prompt('play say 1', { afresh: true })
        await waitFor('the next turn', () => model.turns.length === 2)
        if (!can('next turn')) return expect(notified()).toEqual([])
        await decided(/: done: not sent: it took [.\d]+ s, under 6 s/)
        expect(notified()).toEqual([])
      })

      it.runIf(can('failure'))('notifies of an error of the model', async () => {
        const { start, notified } = await agentHome(agent)
        const { prompt } = await start()
        await prompt('play fail')
        await waitFor('a notification', () => notified().length > 0)
        expect(notified()).toEqual([expect.stringMatching(`^${name}: project: stopped: .*nothing of it`)])
      })

      it.runIf(can('sub-agent'))('is silent for its sub-agents', async () => {
        const { start, decided, notified, model } = await agentHome(agent, 'agents: {longer_than: 3s}')
        const { prompt, see } = await start()
        await prompt('play delegate say 4')
        await waitFor('the sub-agent', () => model.turns.includes('play say 4'))
        await waitFor('a notification', () => notified().length > 0)
        await see(new RegExp(answer))
        await prompt('play say 1')
        await decided(/: done: not sent: it took [.\d]+ s, under 3 s/)
        expect(notified()).toEqual([expect.stringMatching(`^${name}: project: done \\(.*\\): ${answer}$`)])
      })

      it.runIf(can('background task'))('is silent while a task runs in the background', async () => {
        const { start, decided, notified } = await agentHome(agent, 'agents: {longer_than: 0}')
        const { prompt } = await start()
        await prompt('play background sleep 300')
        await decided(/: done: not sent: it waits for tasks in the background/)
        expect(notified()).toEqual([])
      })

      it('is silent in the pane that is looked at, and notifies in the one beside it', async () => {
        const { start, notified, why, tmux, env } = await agentHome(agent, 'agents: {longer_than: 0}')
        const [beside, shown] = [await start(), await start()]
        const [program = '', ...words] = tmux.command
        const terminal = openTerminal(program, [...words, 'attach', '-t', 'main'], { env: { ...env, TERM: 'xterm' } })
        await waitFor('a client', async () => (await tmux.run('list-clients')) !== '')
        terminal.type('\u001b[I')
        await beside.prompt('play say 1')
        await shown.prompt('play say 1')
        const decisions = async () => (await why()).filter(({ agent }) => agent?.event === 'done')
        await waitFor('two decisions', async () => (await decisions()).length === 2)
        const explained = (await decisions()).map((one) => one.explained.join()).sort()
        expect(explained).toEqual([
          expect.stringMatching(/: done, .*: desk: delivered .*away: yes \(tmux: pane .* is in a hidden window\)/),
          expect.stringMatching(/: done, .*: not sent: away: no \(tmux: pane .* of the focused client\)/),
        ])
        expect(notified()).toHaveLength(1)
      })

      it.runIf(can('remote answer'))(
        'runs a tool that is allowed on the phone, and none that is refused there',
        async () => {
          const { start, server, project, notified, model } = await agentHome(
            agent,
            'agents: {ask: phone, ask_only: [touch]}',
          )
          const { prompt } = await start()
          const question = (command: string) =>
            waitFor('a question', () => server.in('phone').find((one) => one.actions && one.message.includes(command)))
          await prompt('play run touch allowed')
          await press(await question('touch allowed'), 'yes')
          await waitFor('the file', () => existsSync(join(project, 'allowed')))
          await waitFor('the end of the turn', () => model.turns.length === 2)
          await prompt('play run touch refused')
          await press(await question('touch refused'), 'no')
          await waitFor('the end of the turn', () => model.turns.length === 4)
          expect(existsSync(join(project, 'refused'))).toBe(false)
          expect(notified()).toEqual([])
        },
      )

      it.runIf(can('dialog meanwhile'))('takes an answer in the terminal as the end of the question', async () => {
        const { start, server, project, decided, notified } = await agentHome(
          agent,
          'agents: {ask: phone, ask_only: [touch]}',
        )
        const { prompt, answer: give } = await start()
        await prompt('play run touch here')
        await waitFor('a question', () => server.in('phone').length > 0)
        await give(keys.yes)
        await waitFor('the file', () => existsSync(join(project, 'here')))
        await decided(/: done: not sent: it took/)
        await waitFor('nobody to listen', () => server.listening() === 0)
        await prompt('play run touch not')
        await waitFor('a question', () => server.listening() > 0)
        await give(keys.no)
        await waitFor('nobody to listen', () => server.listening() === 0)
        expect(notified()).toEqual([])
      })
    },
  )
}
