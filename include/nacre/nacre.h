/* Nacre: the SSH protocol. Everything at once; each header can be included by itself. */
#ifndef NACRE_H
#define NACRE_H

#include <nacre/agent.h>
#include <nacre/algorithms.h>
#include <nacre/allowed_signers.h>
#include <nacre/auth.h>
#include <nacre/carrier.h>
#include <nacre/cert.h>
#include <nacre/channel.h>
#include <nacre/client.h>
#include <nacre/config.h>
#include <nacre/conn.h>
#include <nacre/dial.h>
#include <nacre/env.h>
#include <nacre/event.h>
#include <nacre/io.h>
#include <nacre/key.h>
#include <nacre/known_hosts.h>
#include <nacre/probe.h>
#include <nacre/revoked.h>
#include <nacre/server.h>
#include <nacre/session.h>
#include <nacre/sftp.h>
#include <nacre/sftp_server.h>
#include <nacre/sftp_types.h>
#include <nacre/sshfp.h>
#include <nacre/sshsig.h>
#include <nacre/status.h>
#include <nacre/terminal.h>
#include <nacre/trace.h>
#include <nacre/trust.h>
#include <nacre/version.h>

#endif
