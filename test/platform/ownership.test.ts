import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownershipProblem } from '../../src/platform/ownership.ts'
import { temporaryFolder } from '../support/home.ts'

/** A file three folders deep, and a link to it from elsewhere. */
function places() {
  const root = temporaryFolder()
  for (const folder of ['real/deep/own', 'other']) mkdirSync(join(root, folder), { recursive: true })
  const file = join(root, 'real/deep/own/file')
  writeFileSync(file, '', { mode: 0o600 })
  symlinkSync('../real/deep/own/file', join(root, 'other/link'))
  symlinkSync('real/deep', join(root, 'folder'))
  return { root, file, linked: join(root, 'other/link'), byFolder: join(root, 'folder/own/file') }
}

it('what nobody else can change is fine, also what is not there yet, and what lies below a sticky folder', () => {
  const { root, file, linked, byFolder } = places()
  for (const path of [file, linked, byFolder, join(root, 'nothing/here')])
    expect(ownershipProblem(path)).toBeUndefined()
  chmodSync(join(root, 'real'), 0o1777)
  expect(ownershipProblem(linked)).toBeUndefined()
})

describe.each([0o777, 0o775, 0o722])('mode %o', (mode) => {
  it.each(['real/deep/own/file', 'real/deep/own', 'real/deep', 'real', 'other', '.'])('of %s is named', (name) => {
    const { root, linked } = places()
    chmodSync(join(root, name), mode)
    expect(ownershipProblem(linked)).toContain(`(mode 0${mode.toString(8)}); chmod go-w ${join(root, name)}`)
  })
})

it('our own group may write where that is said, and no other', () => {
  const { root, file } = places()
  chmodSync(join(root, 'real'), 0o775)
  expect(ownershipProblem(file, { ownGroup: true })).toBeUndefined()
  chmodSync(join(root, 'real'), 0o777)
  expect(ownershipProblem(file, { ownGroup: true })).toContain('others can write')
})

it('a device is no way to anything', () => {
  expect(ownershipProblem('/dev/null/x')).toBeUndefined()
})

it('links without an end are no way', () => {
  const { root } = places()
  symlinkSync('b', join(root, 'a'))
  symlinkSync('a', join(root, 'b'))
  expect(ownershipProblem(join(root, 'a'))).toContain('without an end')
})

describe.runIf(process.getuid?.() === 0)('as root', () => {
  it.each(['real/deep/own/file', 'real/deep/own', 'real/deep', 'real', 'other', '.'])(
    'another owner of %s is named',
    (name) => {
      const { root, linked } = places()
      chownSync(join(root, name), 4711, 4711)
      expect(ownershipProblem(linked)).toContain('belongs to another user (uid 4711)')
    },
  )

  it("another user's link is, too, in a folder where everybody may put one", () => {
    const { root, linked, byFolder } = places()
    lchownSync(join(root, 'folder'), 4711, 4711)
    expect(ownershipProblem(byFolder)).toContain(`${join(root, 'folder')} belongs to another user`)
    chmodSync(join(root, 'other'), 0o1777)
    lchownSync(linked, 4711, 4711)
    expect(ownershipProblem(linked)).toContain(`${linked} belongs to another user`)
  })

  it('another group may never write', () => {
    const { root, file } = places()
    chownSync(join(root, 'real'), 0, 4711)
    chmodSync(join(root, 'real'), 0o775)
    expect(ownershipProblem(file, { ownGroup: true })).toContain('mode 0775')
  })
})
