import math from 'mathjs/lib/browser/math.js'

/**
 * What numbers, expressions and units are worked out with, to 64 digits. The library is loaded as the one file that its package has for
 * browsers: its thousand modules would take half a second of every start.
 */
export const calculator = math.create({ number: 'BigNumber', precision: 64 })
