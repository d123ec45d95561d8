import type { ByteStream, Listener, Transport } from '@netlayers/http';
import type { StackListener, StackTransport, TcpSocket } from '@netlayers/stack';
import { expectTypeOf, it } from 'vitest';

// The stack may not import the contracts that it fulfils: they are declared above it. These lines
// fail in the type check when the two drift apart.
it('the stack fulfils the contracts that HTTP declares', () => {
  expectTypeOf<StackTransport>().toExtend<Transport>();
  expectTypeOf<TcpSocket>().toExtend<ByteStream>();
  expectTypeOf<StackListener>().toExtend<Listener>();
});
