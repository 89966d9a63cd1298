import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { chmod, rmdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIZE = '2g'

/** A file system of its own, in memory, that can be full. Linux, as root. */
export class Disk implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** Undefined where that isn't permitted. */
  static async mount(): Promise<Disk | undefined> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
    const disk = new Disk(mkdtempSync(join(tmpdir(), 'hg-disk-')))
    try {
      run('mount', '-t', 'tmpfs', '-o', `size=${SIZE},mode=711`, 'tmpfs', disk.path)
    } catch {
      await rmdir(disk.path)
      return undefined
    }
    await chmod(disk.path, 0o711)
    return disk
  }

  /** Nothing more fits. */
  async fill(): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.path)
    run('mount', '-o', `remount,size=${(blocks - bfree) * bsize}`, this.path)
  }

  free(): void {
    run('mount', '-o', `remount,size=${SIZE}`, this.path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    run('umount', '--lazy', this.path)
    await rmdir(this.path)
  }
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'ignore' })
}
