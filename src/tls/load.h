/* GnuTLS, loaded at its first use: engines and commands on a UNIX socket start without it. */
#pragma once
#include <glib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#define GNUTLS_FUNCTIONS(F)                                                                        \
	F(init)                                                                                    \
	F(deinit)                                                                                  \
	F(strerror)                                                                                \
	F(bye)                                                                                     \
	F(handshake)                                                                               \
	F(free)                                                                                    \
	F(alert_get)                                                                               \
	F(alert_get_name)                                                                          \
	F(alert_send_appropriate)                                                                  \
	F(record_recv)                                                                             \
	F(record_send)                                                                             \
	F(record_get_direction)                                                                    \
	F(priority_set_direct)                                                                     \
	F(credentials_set)                                                                         \
	F(server_name_set)                                                                         \
	F(transport_set_int2)                                                                      \
	F(session_get_verify_cert_status)                                                          \
	F(session_set_verify_cert2)                                                                \
	F(certificate_allocate_credentials)                                                        \
	F(certificate_free_credentials)                                                            \
	F(certificate_set_x509_trust_mem)                                                          \
	F(certificate_set_x509_system_trust)                                                       \
	F(certificate_set_x509_key_mem)                                                            \
	F(certificate_server_set_request)                                                          \
	F(certificate_verification_status_print)                                                   \
	F(certificate_get_peers)                                                                   \
	F(x509_crt_init)                                                                           \
	F(x509_crt_deinit)                                                                         \
	F(x509_crt_import)                                                                         \
	F(x509_crt_export2)                                                                        \
	F(x509_crt_get_dn_by_oid)                                                                  \
	F(x509_crt_set_version)                                                                    \
	F(x509_crt_set_serial)                                                                     \
	F(x509_crt_set_key)                                                                        \
	F(x509_crt_set_dn_by_oid)                                                                  \
	F(x509_crt_set_activation_time)                                                            \
	F(x509_crt_set_expiration_time)                                                            \
	F(x509_crt_set_basic_constraints)                                                          \
	F(x509_crt_set_key_usage)                                                                  \
	F(x509_crt_set_key_purpose_oid)                                                            \
	F(x509_crt_set_subject_alt_name)                                                           \
	F(x509_crt_get_key_id)                                                                     \
	F(x509_crt_set_subject_key_id)                                                             \
	F(x509_crt_set_authority_key_id)                                                           \
	F(x509_crt_sign2)                                                                          \
	F(x509_privkey_init)                                                                       \
	F(x509_privkey_deinit)                                                                     \
	F(x509_privkey_import)                                                                     \
	F(x509_privkey_generate)                                                                   \
	F(x509_privkey_export2_pkcs8)                                                              \
	F(rnd)

#define GNUTLS_POINTER(name) __typeof__(gnutls_##name) *name;
typedef struct {
	GNUTLS_FUNCTIONS(GNUTLS_POINTER)
} GnuTls;
extern GnuTls gnutls;

/* True once its functions are loaded. */
bool gnutls_load(GError **error);
