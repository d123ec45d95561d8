/**
 * WebAssembly, which is compiled on threads: time stands still meanwhile, since no program takes the
 * real time of it for the network's. A package begins to compile when it is imported, so those that a
 * simulation finds under way hold it too.
 */

import { inRealms } from './realms.js';
import { currentWorld, type World } from './scope.js';

type Compile = (...args: unknown[]) => Promise<unknown>;

const underWay = new Set<Promise<void>>();

/** Diverts what compiles outside of a program's turn. */
export function divertCompilations(): void {
  for (const functions of inRealms('WebAssembly')) {
    divertIn(functions as unknown as Record<string, Compile>);
  }
}

function divertIn(functions: Record<string, Compile>): void {
  for (const name of ['compile', 'instantiate']) {
    const real = functions[name]!;
    functions[name] = (...args) => {
      const compiled = real.apply(functions, args);
      const end = (): void => {
        underWay.delete(ended);
      };
      const ended: Promise<void> = compiled.then(end, end);
      underWay.add(ended);
      currentWorld()?.hold(ended);
      return compiled;
    };
  }
}

/** Holds a simulation that begins until everything under way is compiled. */
export function holdCompilations({ hold }: World): void {
  for (const compiled of underWay) hold(compiled);
}
