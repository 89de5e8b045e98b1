"""UMAC by Nettle's shared library, for the makers of vectors."""
import ctypes

LIB = ctypes.CDLL("libnettle.so.8")
CONTEXT_LEN = 16384  # larger than any of its contexts


def umac(tag_len, key, nonce, message):
    context = ctypes.create_string_buffer(CONTEXT_LEN)
    tag = ctypes.create_string_buffer(tag_len)
    name = f"nettle_umac{tag_len * 8}_"
    getattr(LIB, name + "set_key")(context, key)
    getattr(LIB, name + "set_nonce")(context, ctypes.c_size_t(len(nonce)), nonce)
    getattr(LIB, name + "update")(context, ctypes.c_size_t(len(message)), message)
    getattr(LIB, name + "digest")(context, ctypes.c_size_t(tag_len), tag)
    return tag.raw
