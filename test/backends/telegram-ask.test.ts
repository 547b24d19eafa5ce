import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { botServer } from '../support/telegram.ts'
import { waitFor } from '../support/wait.ts'

it('questions of a bot share one reader; only who may answer in the configured chat counts', async () => {
  const bot = await botServer()
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const section = `{backend: telegram, token: "123456:ABC-DEF", chat_id: "42", answer_from: ["7"], base_url: "${bot.address}"}`
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), `backends: [bot]\nbot: ${section}\n`)
  const asking = async (...words: string[]) => {
    const before = bot.sent.length
    const child = spawn(ntfyBin, ['ask', ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let stdout = ''
    child.stdout.on('data', (piece) => (stdout += piece))
    const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout })))
    return { child, ended, message: await waitFor('the question', () => bot.sent[before]) }
  }
  const first = await asking('one?')
  const second = await asking('two?')
  const third = await asking('--text', 'why?')
  for (const { callback_data } of first.message.reply_markup?.inline_keyboard?.flat() ?? []) {
    expect(Buffer.from(callback_data, 'base64url').length).toBeGreaterThanOrEqual(16)
  }
  bot.press(first.message, 'yes', { from: 8 })
  bot.press(first.message, 'yes', { where: 43 })
  bot.write('to nobody')
  bot.write('from a stranger', { to: third.message, from: 8 })
  bot.press(second.message, 'no')
  expect(await second.ended).toEqual({ code: 1, stdout: 'no\n' })
  bot.write('for a reason', { to: third.message })
  expect(await third.ended).toEqual({ code: 0, stdout: 'for a reason\n' })
  bot.press(first.message, 'yes')
  bot.press(first.message, 'no')
  expect(await first.ended).toEqual({ code: 0, stdout: 'yes\n' })
  expect(bot.acknowledged).toEqual(expect.arrayContaining(['This question is for somebody else.', 'no', 'yes']))
  expect(bot.edited.map(({ text }) => text).at(-1)).toContain('Answered: yes (@me, bot)')
  expect(bot.conflicts()).toBe(0)
  // Whoever was the reader is killed: the next one takes its place, and finds nothing old.
  const killed = await asking('three?')
  killed.child.kill('SIGKILL')
  await killed.ended
  const fourth = await asking('four?')
  bot.press(killed.message, 'yes')
  bot.press(fourth.message, 'no')
  expect(await fourth.ended).toEqual({ code: 1, stdout: 'no\n' })
})
