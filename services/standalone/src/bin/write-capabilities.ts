import { writeFileSync } from 'node:fs'
import { capabilityPages } from '../capabilities/pages.ts'

for (const { url, expected } of capabilityPages()) writeFileSync(url, expected)
