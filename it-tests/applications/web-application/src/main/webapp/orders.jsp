<%@ page contentType="text/plain;charset=UTF-8" session="false" trimDirectiveWhitespaces="true" %>
<%-- a page, since a servlet would be either javax or jakarta --%>
<%= new orders.Orders(request.getParameter("source")).work() %>
