import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Sample, TrimPolicy } from './trim-policy.ts'

const MIB = 1024 * 1024

/** A process that is looked at every ten seconds. */
class Watched {
  readonly #policy = new TrimPolicy()
  #at = 0

  look(share: number, resident: number, live = 40): boolean {
    this.#at += 10_000
    return this.#policy.due(this.#sample(share, resident, live))
  }

  /** How often of so many times a trim was due; each is done, and leaves `resident`. */
  trims(times: number, share: number, resident: number): number {
    let count = 0
    for (let i = 0; i < times; i++) {
      if (!this.look(share, resident)) continue
      count++
      this.#policy.trimmed(this.#sample(0, resident, 40))
    }
    return count
  }

  #sample(share: number, resident: number, live: number): Sample {
    return { at: this.#at, cpuMicros: share * 1e7, resident: resident * MIB, live: live * MIB }
  }
}

describe('TrimPolicy', () => {
  it('trims once a process that has started and is quiet', () => {
    const watched = new Watched()
    assert.equal(watched.trims(5, 0.6, 140), 0)
    assert.equal(watched.trims(60, 0.01, 140), 1)
  })
  it('trims again after the process has grown', () => {
    const watched = new Watched()
    watched.trims(20, 0.01, 80)
    assert.equal(watched.trims(20, 0.01, 90), 0)
    assert.equal(watched.trims(20, 0.5, 200), 0)
    assert.equal(watched.trims(20, 0.01, 200), 1)
  })
  it('does nothing under load, however light', () => {
    assert.equal(new Watched().trims(100, 0.03, 200), 0)
  })
  it('waits until it has been quiet for half a minute', () => {
    const watched = new Watched()
    const shares = [0.5, 0.01, 0.01, 0.5, 0.01, 0.01, 0.01]
    assert.deepEqual(
      shares.map((share) => watched.look(share, 140)),
      [false, false, false, false, false, false, true],
    )
  })
  it('leaves a process alone whose heap would take long', () => {
    const watched = new Watched()
    for (let i = 0; i < 20; i++) assert.equal(watched.look(0.01, 600, 300), false)
  })
  it('pauses between two trims', () => {
    const watched = new Watched()
    assert.equal(watched.trims(6, 0.01, 80), 1)
    assert.equal(watched.trims(3, 0.01, 200), 0)
    assert.equal(watched.trims(3, 0.01, 200), 1)
  })
  it('tries again later what was put off', () => {
    const policy = new TrimPolicy()
    const due: number[] = []
    for (let at = 0; at < 120_000; at += 10_000) {
      if (!policy.due({ at, cpuMicros: 0, resident: 140 * MIB, live: 40 * MIB })) continue
      due.push(at)
      policy.putOff()
    }
    assert.deepEqual(due, [30_000, 60_000, 90_000])
  })
  it('counts growth from what was left in the end', () => {
    const watched = new Watched()
    watched.trims(20, 0.01, 100)
    watched.trims(20, 0.01, 80)
    assert.equal(watched.trims(20, 0.01, 93), 1)
  })
})
