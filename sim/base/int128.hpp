/// 128-bit integers as intermediates of exact products; the compiler's extension, named once.
#pragma once

namespace akstwin {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UnsignedInt128;

}  // namespace akstwin
