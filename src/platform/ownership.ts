import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** As many links as Linux follows (path_resolution(7)). */
const mostLinks = 40

/**
 * Why another user could change what a path leads to, or nothing if none could: the file, every folder on the way that
 * is there already, and the same of what links lead to.
 *
 * @param options.ownGroup whether our own group, in which many systems put one user alone, may write
 */
export function ownershipProblem(path: string, options: { ownGroup?: boolean } = {}): string | undefined {
  if (process.geteuid === undefined || isWindowsDrive(path)) return undefined
  return problemOnTheWay(path, options.ownGroup === true, mostLinks)
}

/** The same of one file or folder alone. */
export function problemOf(name: string, stats: Stats, ownGroup = false): string | undefined {
  if (isForeign(stats.uid)) return `${name} belongs to another user (uid ${stats.uid})`
  // Everybody may write to /dev/null, and there is nothing below a device.
  if (!stats.isDirectory() && !stats.isFile()) return undefined
  // In a folder with the sticky bit only its owner may rename or remove what is somebody's (inode(7)).
  if (stats.isDirectory() && (stats.mode & 0o1000) !== 0) return undefined
  const group = ownGroup && stats.gid === process.getegid?.() ? 0 : 0o020
  if ((stats.mode & (0o002 | group)) === 0) return undefined
  return `others can write ${name} (mode ${(stats.mode & 0o7777).toString(8).padStart(4, '0')}); chmod go-w ${name}`
}

/** Does it belong neither to us nor to root? */
export function isForeign(uid: number): boolean {
  return uid !== 0 && uid !== process.geteuid?.() && !isUnmapped(uid)
}

/**
 * Why root must not write a file here, or nothing if it may: what it makes in another user's home that user could not
 * change any more, and a link in there could lead anywhere.
 */
export function foreignHome(path: string): string | undefined {
  if (process.geteuid?.() !== 0) return undefined
  for (let at = resolve(path); ; at = dirname(at)) {
    const stats = statsOf(at, statSync)
    if (stats !== undefined && stats.uid !== 0)
      return `${at} belongs to another user (uid ${stats.uid}): run this as that user`
    if (at === dirname(at)) return undefined
  }
}

function problemOnTheWay(path: string, ownGroup: boolean, linksLeft: number): string | undefined {
  let at = '/'
  for (const name of ['', ...resolve(path).split('/').filter(Boolean)]) {
    // `join` tidies up what is tidy, for 0.3 ms of every run.
    at = at === '/' ? `/${name}` : `${at}/${name}`
    const stats = statsOf(at)
    // What is not there yet, or not for us to see, nobody leads us to.
    if (stats === undefined) return undefined
    const problem = stats.isSymbolicLink()
      ? linkProblem(at, stats, ownGroup, linksLeft)
      : problemOf(at, stats, ownGroup)
    if (problem !== undefined) return problem
  }
  return undefined
}

function linkProblem(link: string, { uid }: Stats, ownGroup: boolean, linksLeft: number): string | undefined {
  if (isForeign(uid)) return `${link} belongs to another user (uid ${uid})`
  if (linksLeft === 0) return `${link} is a link without an end`
  try {
    const target = resolve(realpathSync(dirname(link)), readlinkSync(link))
    return problemOnTheWay(target, ownGroup, linksLeft - 1)
  } catch {
    return undefined
  }
}

function statsOf(path: string, look: (path: string) => Stats = lstatSync): Stats | undefined {
  try {
    return look(path)
  } catch {
    return undefined
  }
}

/**
 * In a user namespace without root (bubblewrap, rootless containers) all that belongs to nobody in it, the system's
 * folders first of all, shows the overflow uid (user_namespaces(7)).
 */
function isUnmapped(uid: number): boolean {
  if (uid !== 65534) return false
  try {
    const ranges = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n')
    return !ranges.some((range) => {
      const [first = 0, , length = 0] = range.trim().split(/\s+/).map(Number)
      return uid >= first && uid < first + length
    })
  } catch {
    return false
  }
}

/** WSL shows everything on the drives of Windows with mode 0777: it says nothing about who can write there. */
function isWindowsDrive(path: string): boolean {
  return process.env['WSL_DISTRO_NAME'] !== undefined && /^\/mnt\/[a-z]\//.test(path)
}
