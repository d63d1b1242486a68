execute_process(
  COMMAND ${Python_EXECUTABLE} ${CMAKE_SOURCE_DIR}/gen/renew.py ${CMAKE_SOURCE_DIR}/gen/numbers.txt ${CMAKE_SOURCE_DIR}/src/table.c
  COMMAND_ERROR_IS_FATAL ANY)
