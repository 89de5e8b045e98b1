/* fuzz_keyfile: the forms that the target and its corpus maker share. */
#ifndef FUZZ_FUZZ_KEYFILE_H
#define FUZZ_FUZZ_KEYFILE_H

#define KEYFILE_PASSPHRASE "passphrase"

/* The first byte of an input. What is binary is put into its armour by the target, so that mutations reach it. */
enum keyfile_form {
	FORM_PRIVATE_TEXT, /* PuTTY's files, and all the others with their armour */
	FORM_OPENSSH, /* openssh-key-v1 without its armour */
	FORM_PKCS1, /* DER */
	FORM_SEC1,
	FORM_PKCS8,
	FORM_PBES2,
	FORM_SPKI,
	FORM_PKCS1_PUBLIC,
	FORM_PUBLIC_TEXT, /* RFC 4716, lines */
	FORM_LINE, /* with options */
	FORMS
};

#endif
