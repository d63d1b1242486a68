# In the source tree, beside what it is made of.
add_custom_command(OUTPUT ${CMAKE_SOURCE_DIR}/src/table.c
  COMMAND Python::Interpreter ${CMAKE_SOURCE_DIR}/gen/table.py ${CMAKE_SOURCE_DIR}/src/table.src ${CMAKE_SOURCE_DIR}/src/table.c
  DEPENDS src/table.src gen/table.py)
