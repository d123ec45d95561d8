/** Clients whose server is down, refuses, or takes connections and says nothing: their time-outs. */

import net from 'node:net';
import amqp from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import mysql from 'mysql2/promise';
import { createTransport } from 'nodemailer';
import { listening, twoHosts } from '../hosts.mjs';

const attempts = {
  amqplib: (host, port) => amqp.connect(`amqp://${host}:${port}`, { timeout: 5_000 }),
  kafkajs: (host, port) =>
    new Kafka({
      brokers: [`${host}:${port}`],
      connectionTimeout: 2_000,
      requestTimeout: 4_000,
      retry: { retries: 2 },
      logLevel: logLevel.NOTHING,
    })
      .admin()
      .connect(),
  mongodb: (host, port) =>
    new MongoClient(`mongodb://${host}:${port}`, { serverSelectionTimeoutMS: 8_000 }).connect(),
  mysql2: (host, port) => mysql.createConnection({ host, port, connectTimeout: 6_000 }),
  nodemailer: (host, port) =>
    createTransport({ host, port, connectionTimeout: 7_000, greetingTimeout: 3_000 }).verify(),
};

export async function program(network) {
  const { app, api, link } = twoHosts(network);
  await api.run(() =>
    listening(
      net.createServer((socket) => socket.on('error', () => {})),
      1000,
    ),
  );
  const now = () => Math.round(network.clock.now());
  return app.run(async () => {
    const outcomes = {};
    const attempt = async (name, kind, host, port) => {
      const began = now();
      const outcome = await attempts[name](host, port).then(
        () => 'connected',
        (error) => error.code ?? error.name,
      );
      outcomes[name][kind] = [outcome, now() - began];
    };
    for (const name of Object.keys(attempts)) {
      outcomes[name] = {};
      await attempt(name, 'refused', 'api.test', 1001);
      await attempt(name, 'silent', 'api.test', 1000);
      await attempt(name, 'unknown', 'nobody.test', 1000);
      link.down();
      await attempt(name, 'unreachable', 'api.test', 1000);
      link.up();
    }
    return outcomes;
  });
}

/** What it returns. */
export const expected = {
  amqplib: {
    refused: ['ECONNREFUSED', 40],
    silent: ['Error', 5040],
    unknown: ['ENOTFOUND', 0],
    unreachable: ['Error', 5000],
  },
  kafkajs: {
    refused: ['KafkaJSNumberOfRetriesExceeded', 865],
    silent: ['connected', 4450],
    unknown: ['KafkaJSNumberOfRetriesExceeded', 900],
    unreachable: ['KafkaJSNumberOfRetriesExceeded', 6751],
  },
  mongodb: {
    refused: ['MongoServerSelectionError', 8000],
    silent: ['MongoServerSelectionError', 8000],
    unknown: ['MongoServerSelectionError', 8000],
    unreachable: ['MongoServerSelectionError', 8000],
  },
  mysql2: {
    refused: ['ECONNREFUSED', 1040],
    silent: ['ETIMEDOUT', 6000],
    unknown: ['ENOTFOUND', 0],
    unreachable: ['ETIMEDOUT', 6000],
  },
  nodemailer: {
    refused: ['ESOCKET', 40],
    silent: ['ETIMEDOUT', 3040],
    unknown: ['EDNS', 0],
    unreachable: ['ETIMEDOUT', 7000],
  },
};
