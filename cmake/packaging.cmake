# What `cmake --install` puts where, and the Debian package made of it: `cpack -G DEB` in the build folder.
# Installing starts and enables nothing: an inline appliance without a policy must not run.
include(GNUInstallDirs)

# sluice-extract is looked for beside the program that starts it.
install(TARGETS sluiced sluicec sluicectl sluice-extract RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY rules/packs DESTINATION ${CMAKE_INSTALL_DATADIR}/sluice FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY docs/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/sluice)
install(FILES docs/openapi.json docs/grafana-dashboard.json DESTINATION ${CMAKE_INSTALL_DATADIR}/sluice)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/sluice/docs FILES_MATCHING PATTERN "*.md" PATTERN "schema" EXCLUDE)
install(FILES packaging/sluiced.service DESTINATION lib/systemd/system)
# What each program prints of its own command line, for bash and zsh.
set(completions)
foreach(program sluiced sluicec sluicectl)
  foreach(shell bash zsh)
    set(file ${CMAKE_BINARY_DIR}/completion/${program}.${shell})
    add_custom_command(OUTPUT ${file} DEPENDS ${program} VERBATIM
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/completion
      COMMAND sh -c "\"$<TARGET_FILE:${program}>\" completion ${shell} > \"${file}\"")
    list(APPEND completions ${file})
  endforeach()
  install(FILES ${CMAKE_BINARY_DIR}/completion/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program})
  install(FILES ${CMAKE_BINARY_DIR}/completion/${program}.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _${program})
endforeach()
add_custom_target(completions ALL DEPENDS ${completions})
install(FILES packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/sluice.yaml DESTINATION /etc/sluice)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sluice)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Sluice authors <sluice@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Inspects what leaves a network, inline or on a mirror port, and stops what must not.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# Folders are 0755 whatever the umask of whoever builds.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles
  ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
include(CPack)
